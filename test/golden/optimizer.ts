/** Golden cases of optimisers: twenty steps along given gradients, or down a quadratic. */
import { Adagrad, Adam, AdamW, type Backend, type Optimizer, RMSProp, SGD } from '../../src/index.ts';
import { Parameter } from '../../src/matrix/parameter.ts';
import { compare, type GoldenCase, type TensorResult, take } from './case.ts';

type Settings = Readonly<Record<string, number | boolean>>;

const optimizers: Readonly<Record<string, (settings: Settings) => Optimizer>> = {
  SGD: (settings) => new SGD(settings as never),
  Adam: (settings) => new Adam(settings),
  AdamW: (settings) => new AdamW(settings),
  RMSprop: (settings) => new RMSProp({ learningRate: 0.01, ...settings }),
  Adagrad: (settings) => new Adagrad({ learningRate: 0.01, ...settings }),
};

/** PyTorch's name of each setting, and ours. */
const settingNames: Readonly<Record<string, string>> = {
  lr: 'learningRate',
  momentum: 'momentum',
  nesterov: 'nesterov',
  weight_decay: 'weightDecay',
  eps: 'epsilon',
  alpha: 'alpha',
  centered: 'centered',
};

const ofTheProblem = ['problem', 'steps', 'lr_per_step', 'betas'];

function makeOptimizer({ name, op, options }: GoldenCase): Optimizer {
  const make = optimizers[op];
  if (make === undefined) throw new Error(`${name}: unknown optimizer ${op}`);
  const settings: Record<string, number | boolean> = {};
  for (const [theirs, value] of Object.entries(options)) {
    const ours = settingNames[theirs];
    // What is off may be named or not.
    const off = value === 0 || value === false;
    if (ours !== undefined) settings[ours] = value;
    else if (!off && !ofTheProblem.includes(theirs)) throw new Error(`${name}: unknown option ${theirs}`);
  }
  if (options.betas !== undefined) [settings.beta1, settings.beta2] = options.betas;
  return make(settings);
}

export function runOptimizer(golden: GoldenCase, backend: Backend): TensorResult[] {
  const { problem, steps, lr_per_step } = golden.options;
  const quadratic = problem === 'quadratic';
  if (!quadratic && problem !== 'gradients') throw new Error(`${golden.name}: unknown problem ${problem}`);
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
