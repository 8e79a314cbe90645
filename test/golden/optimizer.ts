/** Golden cases of optimisers: twenty steps along given gradients, or down a quadratic. */
import { Adagrad, Adam, AdamW, type Backend, type Optimizer, RMSProp, SGD } from '../../src/index.ts';
import { Parameter } from '../../src/matrix/parameter.ts';
import { compare, type GoldenCase, type TensorResult, take } from './case.ts';

// biome-ignore lint/suspicious/noExplicitAny: numbers, switches, and the pair of betas
type Settings = Readonly<Record<string, any>>;

interface Kind {
  make(settings: Settings): Optimizer;
  /** PyTorch's settings besides the common ones, and ours. */
  readonly settings: Readonly<Record<string, string>>;
}

const optimizers: Readonly<Record<string, Kind>> = {
  SGD: {
    make: (settings) => new SGD(settings as never),
    settings: { momentum: 'momentum', nesterov: 'nesterov', dampening: 'dampening' },
  },
  Adam: {
    make: ({ betas, ...settings }) => new Adam({ ...settings, beta1: betas?.[0], beta2: betas?.[1] }),
    settings: { eps: 'epsilon', betas: 'betas', amsgrad: 'amsgrad' },
  },
  AdamW: {
    make: ({ betas, ...settings }) => new AdamW({ ...settings, beta1: betas?.[0], beta2: betas?.[1] }),
    settings: { eps: 'epsilon', betas: 'betas', amsgrad: 'amsgrad' },
  },
  RMSprop: {
    make: (settings) => new RMSProp({ learningRate: 0.01, ...settings }),
    settings: { eps: 'epsilon', alpha: 'alpha', momentum: 'momentum', centered: 'centered' },
  },
  Adagrad: {
    make: (settings) => new Adagrad({ learningRate: 0.01, ...settings }),
    settings: {
      eps: 'epsilon',
      lr_decay: 'learningRateDecay',
      initial_accumulator_value: 'initialAccumulator',
    },
  },
};

function makeOptimizer(golden: GoldenCase): Optimizer {
  const { op, options } = golden;
  const kind = optimizers[op];
  if (kind === undefined) throw new Error(`unknown optimizer ${op}`);
  const names = { lr: 'learningRate', weight_decay: 'weightDecay', maximize: 'maximize', ...kind.settings };
  const given = Object.entries(names).filter(([theirs]) => theirs in options);
  return kind.make(Object.fromEntries(given.map(([theirs, ours]) => [ours, options[theirs]])));
}

export function runOptimizer(golden: GoldenCase, backend: Backend): TensorResult[] {
  const { problem, steps, lr_per_step } = golden.options;
  const quadratic = problem === 'quadratic';
  if (!quadratic && problem !== 'gradients') throw new Error(`unknown problem ${problem}`);
  const names = quadratic
    ? ['x']
    : [...golden.tensors.keys()].flatMap((name) => (/^in\.grad_/.test(name) ? [name.slice(8)] : []));
  const parameters = new Map(
    names.map((name) => {
      const { data } = take(golden, `in.${name}`);
      return [name, new Parameter(backend, [data.length], data)];
    }),
  );
  const trajectories = new Map(names.map((name) => [name, Array.from(parameters.get(name)!.read())]));
  const losses: number[] = [];
  const optimizer = makeOptimizer(golden);
  for (let s = 0; s < steps; s++) {
    for (const [name, parameter] of parameters) {
      const value = parameter.read();
      if (quadratic) losses.push(descend(golden, value, parameter));
      else {
        const start = s * value.length;
        parameter.gradient.write(take(golden, `in.grad_${name}`).data.subarray(start, start + value.length));
      }
    }
    optimizer.step(parameters, lr_per_step?.[s]);
    for (const [name, parameter] of parameters) trajectories.get(name)!.push(...parameter.read());
  }
  const { dtype } = backend;
  return [
    ...names.map((name) => compare(golden, dtype, `out.trajectory_${name}`, trajectories.get(name)!)),
    ...(quadratic ? [compare(golden, dtype, 'out.losses', losses)] : []),
  ];
}

/** Sets the gradient of f(x) = xᵀAx/2 − bᵀx, and returns f(x). */
function descend(golden: GoldenCase, x: ArrayLike<number>, parameter: Parameter): number {
  const { data: a } = take(golden, 'in.A');
  const { data: b } = take(golden, 'in.b_vec');
  const n = b.length;
  const gradient = new Float64Array(n);
  let loss = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      loss += (x[i]! * a[i * n + j]! * x[j]!) / 2;
      gradient[i]! += ((a[i * n + j]! + a[j * n + i]!) * x[j]!) / 2;
    }
    loss -= b[i]! * x[i]!;
    gradient[i]! -= b[i]!;
  }
  parameter.gradient.write(gradient);
  return loss;
}
