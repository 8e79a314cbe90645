import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  Adagrad,
  Adam,
  AdamW,
  type Backend,
  clearGradients,
  clipValue,
  float32,
  float64,
  gradientNorm,
  Lion,
  NAdam,
  Optimizer,
  Random,
  RMSProp,
  SGD,
  type Update,
} from '../../src/index.ts';
import { fill } from '../../src/matrix/operations.ts';
import { Parameter } from '../../src/matrix/parameter.ts';

const makers: Readonly<Record<string, () => Optimizer>> = {
  SGD: () => new SGD({ learningRate: 0.1, weightDecay: 0.01 }),
  'SGD with momentum': () => new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  RMSProp: () => new RMSProp({ learningRate: 0.01 }),
  'RMSProp with everything': () =>
    new RMSProp({ learningRate: 0.01, momentum: 0.9, centered: true, weightDecay: 0.1 }),
  Adagrad: () => new Adagrad({ learningRate: 0.1, weightDecay: 0.1 }),
  'SGD with dampening': () => new SGD({ learningRate: 0.1, momentum: 0.9, dampening: 0.5, maximize: true }),
  'Adagrad with everything': () =>
    new Adagrad({ learningRate: 0.1, learningRateDecay: 0.1, initialAccumulator: 0.5, weightDecay: 0.1 }),
  NAdam: () => new NAdam({ weightDecay: 0.1 }),
  Lion: () => new Lion({ learningRate: 0.01, weightDecay: 0.1 }),
  AMSGrad: () => new AdamW({ learningRate: 0.1, amsgrad: true }),
  Adam: () => new Adam({ weightDecay: 0.1 }),
  AdamW: () => new AdamW({ learningRate: 0.1 }),
};

function parametersIn(backend: Backend): Map<string, Parameter> {
  return new Map([
    ['weight', new Parameter(backend, [2, 3], [1, -2, 3, -4, 5, -6])],
    ['bias', new Parameter(backend, [3], [0.5, 0, -0.5])],
  ]);
}

/** Takes steps along drawn gradients. */
function run(optimizer: Optimizer, parameters: Map<string, Parameter>, random: Random, steps: number): void {
  for (let s = 0; s < steps; s++) {
    for (const { gradient } of parameters.values())
      gradient.write(Float64Array.from({ length: gradient.rows * gradient.columns }, () => random.normal()));
    optimizer.step(parameters);
  }
}

const values = (parameters: Map<string, Parameter>) =>
  Array.from(parameters.values(), (parameter) => Array.from(parameter.read()));

describe.each(Object.entries(makers))('%s', (_, make) => {
  describe.each([float64(), float32()])('on $name', (backend) => {
    test.prop([fc.nat(1e6), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 4 })], { numRuns: 20 })(
      'continues bit for bit from a saved state',
      (seed, before, after) => {
        const random = new Random(seed);
        const whole = parametersIn(backend);
        const optimizer = make();
        run(optimizer, whole, random, before);
        const state = structuredClone(optimizer.state(whole));
        const weights = values(whole);
        const { state: draws } = random;
        run(optimizer, whole, random, after);

        const resumed = parametersIn(backend);
        const other = make();
        run(other, resumed, random, 1);
        Array.from(resumed.values()).forEach((parameter, i) => {
          parameter.write(weights[i]!);
        });
        other.restore(resumed, state);
        random.state = draws;
        run(other, resumed, random, after);
        expect(values(resumed)).toEqual(values(whole));
        expect(other.state(resumed)).toEqual(optimizer.state(whole));
      },
    );
  });

  test('marks changed parameters, and leaves gradients unchanged', () => {
    const parameters = parametersIn(float64());
    const weight = parameters.get('weight')!;
    weight.gradient.write([1, 2, 3, 4, 5, 6]);
    const { version } = weight;
    make().step(parameters);
    expect(weight.version).toBeGreaterThan(version);
    expect(Array.from(weight.readGradient())).toEqual([1, 2, 3, 4, 5, 6]);
    clearGradients(parameters);
    expect(Array.from(weight.readGradient())).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('does not move at a learning rate of 0', () => {
    const parameters = parametersIn(float64());
    const optimizer = make();
    const before = values(parameters);
    parameters.get('bias')!.gradient.write([1, 2, 3]);
    optimizer.step(parameters, 0);
    expect(values(parameters)).toEqual(before);
    optimizer.step(parameters);
    expect(values(parameters)).not.toEqual(before);
  });
});

describe('a step that does not stay finite is refused, and changes nothing', () => {
  const states = (optimizer: Optimizer, parameters: Map<string, Parameter>) => [
    values(parameters),
    optimizer.state(parameters),
  ];

  /** After one good step; `gradient` is then written into the bias, the last parameter. */
  const refused = (optimizer: Optimizer, backend: Backend, gradient: number, weight = 1) => {
    const parameters = parametersIn(backend);
    const bias = parameters.get('bias')!;
    run(optimizer, parameters, new Random(1), 1);
    bias.write([0.5, weight, -0.5]);
    bias.gradient.write([1, gradient, 1]);
    const before = states(optimizer, parameters);
    const inUse = backend.heap.used;
    let message = '';
    try {
      optimizer.step(parameters);
    } catch (error) {
      ({ message } = error as Error);
      expect(states(optimizer, parameters)).toEqual(before);
    }
    expect(backend.heap.used).toBe(inUse);
    return message;
  };

  describe.each(Object.entries(makers))('%s', (_, make) => {
    test.each([Number.NaN, Number.POSITIVE_INFINITY])('a gradient of %d', (gradient) => {
      for (const backend of [float32(), float64()])
        expect(refused(make(), backend, gradient)).toBe(
          `${make().type}.step: the gradient of bias is not finite (learning rate ${make().learningRate}); the weights and the optimiser's memory are those before it`,
        );
    });
  });

  test.each<[string, () => Optimizer]>([
    ['Adam', () => new Adam()],
    ['AdamW', () => new AdamW()],
    ['NAdam', () => new NAdam()],
    ['RMSProp', () => new RMSProp({ learningRate: 0.1 })],
    ['Adagrad', () => new Adagrad({ learningRate: 0.1 })],
    ['AMSGrad', () => new Adam({ amsgrad: true })],
  ])('%s: a square beyond the precision, in float32 and float64', (_, make) => {
    for (const [backend, gradient] of [
      [float32(), 1e30],
      [float64(), 1e200],
    ] as const) {
      expect(refused(make(), backend, gradient)).toContain('the update made the square of bias not finite');
      expect(refused(make(), backend, 1e10)).toBe('');
    }
  });

  test('a square beyond float32 by weight decay alone', () => {
    const make = () => new Adam({ weightDecay: 1e15 });
    expect(refused(make(), float32(), 0, 1e15)).toContain('the update made the square of bias not finite');
    expect(refused(make(), float64(), 0, 1e15)).toBe('');
  });

  test('a weight beyond the precision', () => {
    const make = () => new SGD({ learningRate: 1e20 });
    expect(refused(make(), float32(), 1e20)).toContain('the update made bias not finite');
    expect(refused(make(), float64(), 1e20)).toBe('');
  });

  test('a custom update that throws at the second parameter', () => {
    class Failing extends SGD {
      protected override update(update: Update): void {
        super.update(update);
        if (update.parameter.shape.length === 1 && update.step === 2) throw new Error('of its own');
      }
    }
    expect(refused(new Failing({ learningRate: 0.1, momentum: 0.9 }), float64(), 1)).toBe('of its own');
  });
});

describe('updates worked by hand', () => {
  const step = (optimizer: Optimizer, gradients: number[]) => {
    const parameter = new Parameter(float64(), [1], [1]);
    for (const gradient of gradients) {
      parameter.gradient.write([gradient]);
      optimizer.step(new Map([['w', parameter]]));
    }
    return parameter.read()[0]!;
  };

  test.each<[string, () => Optimizer, number]>([
    ['SGD', () => new SGD({ learningRate: 0.5 }), 1 - 0.5 * (2 + 4)],
    ['dampening without momentum', () => new SGD({ learningRate: 0.5, dampening: 0.5 }), 1 - 0.5 * (2 + 4)],
    ['decay', () => new SGD({ learningRate: 0.5, weightDecay: 0.5 }), 1 - 0.5 * 2.5 - 0.5 * (4 - 0.125)],
    ['momentum', () => new SGD({ learningRate: 0.5, momentum: 0.5 }), 1 - 0.5 * 2 - 0.5 * (1 + 4)],
    [
      'Nesterov',
      () => new SGD({ learningRate: 0.5, momentum: 0.5, nesterov: true }),
      1 - 0.5 * (2 + 0.5 * 2) - 0.5 * (4 + 0.5 * 5),
    ],
    ['Adagrad', () => new Adagrad({ learningRate: 0.5, epsilon: 0 }), 1 - 0.5 - (0.5 * 4) / Math.sqrt(20)],
    [
      'RMSProp',
      () => new RMSProp({ learningRate: 0.5, alpha: 0.5, epsilon: 0 }),
      1 - (0.5 * 2) / Math.sqrt(2) - (0.5 * 4) / Math.sqrt(9),
    ],
    [
      'RMSProp with momentum',
      () => new RMSProp({ learningRate: 0.5, alpha: 0.5, epsilon: 0, momentum: 0.5 }),
      1 - 0.5 * Math.SQRT2 - 0.5 * (0.5 * Math.SQRT2 + 4 / 3),
    ],
    [
      'RMSProp, centered',
      () => new RMSProp({ learningRate: 0.5, alpha: 0.5, epsilon: 0, centered: true }),
      1 - (0.5 * 2) / Math.sqrt(2 - 1) - (0.5 * 4) / Math.sqrt(9 - 2.5 ** 2),
    ],
    [
      'Adam',
      () => new Adam({ learningRate: 0.5, beta1: 0.5, beta2: 0.5, epsilon: 0 }),
      1 - 0.5 - (0.5 * (2.5 / 0.75)) / Math.sqrt(9 / 0.75),
    ],
    [
      'AdamW',
      () => new AdamW({ learningRate: 0.5, beta1: 0.5, beta2: 0.5, epsilon: 0, weightDecay: 0.5 }),
      0.75 * (0.75 - 0.5) - (0.5 * (2.5 / 0.75)) / Math.sqrt(9 / 0.75),
    ],
  ])('%s, two steps', (_, make, expected) => {
    expect(step(make(), [2, 4])).toBeCloseTo(expected, 14);
  });

  test('a parameter added later starts at its own first step', () => {
    const adam = new Adam({ learningRate: 0.5, epsilon: 0 });
    step(adam, [1, 1, 1]);
    expect(step(adam, [7])).toBeCloseTo(0.5, 14);
  });
});

test.each<[() => Optimizer, string[]]>([
  [() => new SGD({ learningRate: 1 }), []],
  [() => new SGD({ learningRate: 1, momentum: 0.9 }), ['velocity']],
  [() => new RMSProp({ learningRate: 1 }), ['square']],
  [() => new RMSProp({ learningRate: 1, centered: true }), ['square', 'mean']],
  [() => new RMSProp({ learningRate: 1, momentum: 0.9 }), ['square', 'velocity']],
])('an optimiser stores only what it needs: %#', (make, slots) => {
  const optimizer = make();
  const parameters = parametersIn(float64());
  optimizer.step(parameters);
  expect(optimizer.slots).toEqual(slots);
  expect(Object.keys(optimizer.state(parameters).parameters.bias!.slots)).toEqual(slots);
});

test('a running mean with β = 0 is the last gradient', () => {
  const parameter = new Parameter(float64(), [1], [1]);
  const adam = new Adam({ learningRate: 0.5, beta1: 0, beta2: 0, epsilon: 0 });
  for (const gradient of [5, -0.1]) {
    parameter.gradient.write([gradient]);
    adam.step(new Map([['w', parameter]]));
  }
  expect(parameter.read()[0]).toBe(1);
});

describe('groups and frozen parameters', () => {
  const parametersOf = () => {
    const parameters = parametersIn(float64());
    for (const { gradient } of parameters.values()) fill(gradient, 1);
    return parameters;
  };

  test('a group has its own rate and decay, and the first matching group counts', () => {
    const optimizer = new SGD({
      learningRate: 1,
      weightDecay: 0.5,
      groups: [
        { parameters: /bias/, rateFactor: 0.1, weightDecay: 0 },
        { parameters: (name) => name.length > 0, rateFactor: 2 },
      ],
    });
    const parameters = parametersOf();
    const [weight, bias] = values(parameters) as [number[], number[]];
    optimizer.step(parameters);
    expect(values(parameters)).toEqual([weight.map((w) => w - 2 * (1 + 0.5 * w)), bias.map((w) => w - 0.1)]);
  });

  test('a frozen parameter is unchanged, and has no stored state', () => {
    const parameters = parametersOf();
    parameters.get('weight')!.frozen = true;
    const before = values(parameters);
    const adam = new Adam();
    adam.step(parameters);
    expect(values(parameters)[0]).toEqual(before[0]);
    expect(values(parameters)[1]).not.toEqual(before[1]);
    expect(Object.keys(adam.state(parameters).parameters)).toEqual(['bias']);
    expect(gradientNorm(parameters)).toBeCloseTo(Math.sqrt(3), 14);
    clipValue(parameters, 0.5);
    expect(parameters.get('weight')!.readGradient()[0]).toBe(1);
  });

  test('Lion follows the sign of its momentum', () => {
    const parameter = new Parameter(float64(), [3], [1, 1, 1]);
    const lion = new Lion({ learningRate: 0.5, beta1: 0.5, beta2: 0.75, weightDecay: 0.1 });
    parameter.gradient.write([2, -3, 0]);
    lion.step(new Map([['w', parameter]]));
    expect(Array.from(parameter.read())).toEqual([0.95 - 0.5, 0.95 + 0.5, 0.95]);
    parameter.gradient.write([-0.4, 4, 1]);
    lion.step(new Map([['w', parameter]]));
    // m = 0.25·g₁ = 0.5, −0.75, 0; its signs with the half of g₂ are +, +, +.
    [0.45, 1.45, 0.95].forEach((w, i) => {
      expect(parameter.read()[i]).toBeCloseTo(0.95 * w - 0.5, 14);
    });
  });

  test.each<[() => unknown, string]>([
    [() => new Adam({ groups: {} as never }), 'Adam: groups is an object, expected an array of groups'],
    [
      () => new Adam({ groups: [{ parameters: 'bias' as never }] }),
      'Adam: groups[0]: parameters is "bias", expected a regular expression or a function of a name',
    ],
    [
      () => new Adam({ groups: [{ parameters: /b/g }] }),
      'Adam: groups[0]: parameters is /b/g, expected an expression without the flags g and y, which remember',
    ],
    [
      () => new SGD({ learningRate: 1, momentum: 0.9, nesterov: true, dampening: 0.1 }),
      'SGD: dampening is 0.1, expected 0, since nesterov is true',
    ],
  ])('%#', (make, message) => {
    expect(make).toThrow(message);
  });
});

describe('errors', () => {
  const range = (text: string) => new RangeError(text);

  test.each<[() => unknown, string]>([
    [() => new SGD({ learningRate: -1 }), 'SGD: learningRate is -1, expected a finite number of at least 0'],
    [
      () => new Adam({ learningRate: Number.POSITIVE_INFINITY }),
      'Adam: learningRate is Infinity, expected a finite number of at least 0',
    ],
    [() => new Adam({ beta1: 1 }), 'Adam: beta1 is 1, expected a number of at least 0 and below 1'],
    [() => new AdamW({ beta2: -0.1 }), 'AdamW: beta2 is -0.1, expected a number of at least 0 and below 1'],
    [
      () => new AdamW({ weightDecay: Number.NaN }),
      'AdamW: weightDecay is NaN, expected a finite number of at least 0',
    ],
    [() => new SGD({ learningRate: 1, momentum: 2 }), 'SGD: momentum is 2, expected a number from 0 to 1'],
    [
      () => new SGD({ learningRate: 1, nesterov: true }),
      'SGD: momentum is 0, expected a number above 0, since nesterov is true',
    ],
    [
      () => new RMSProp({ learningRate: 1, alpha: 1.5 }),
      'RMSProp: alpha is 1.5, expected a number from 0 to 1',
    ],
    [
      () => new Adagrad({ learningRate: 1, epsilon: -1 }),
      'Adagrad: epsilon is -1, expected a finite number of at least 0',
    ],
    [
      () => new Adam().step(new Map(), Number.NaN),
      'Adam.step: learningRate is NaN, expected a finite number of at least 0',
    ],
  ])('a setting out of range: %#', (make, text) => expect(make).toThrow(range(text)));

  test('a setting that is not a number', () => {
    expect(() => new SGD({} as never)).toThrow(
      new TypeError('SGD: learningRate is undefined, expected a finite number of at least 0'),
    );
    expect(() => new Adam({ beta1: '0.9' as never })).toThrow(
      new TypeError('Adam: beta1 is "0.9", expected a number of at least 0 and below 1'),
    );
  });

  test('a slot that would not be saved', () => {
    class Forgetful extends Optimizer {
      readonly type = 'Forgetful';
      readonly slots = ['mean'];

      protected update({ slot }: Update): void {
        slot('square');
      }
    }
    expect(() => new Forgetful('Forgetful', 1).step(parametersIn(float64()))).toThrow(
      range('Forgetful.update: slot is "square", expected one of slots, [mean]'),
    );
  });

  test('values other than states', () => {
    expect(() => new Adam().restore(parametersIn(float64()), undefined as never)).toThrow(
      new TypeError('Adam.restore: state is undefined, expected what state(parameters) gave'),
    );
    expect(() =>
      new Adam().restore(parametersIn(float64()), { type: 'Adam', parameters: null } as never),
    ).toThrow(new TypeError('Adam.restore: state is an object, expected what state(parameters) gave'));
  });

  test('a state that does not fit changes nothing', () => {
    const parameters = parametersIn(float64());
    const adam = new Adam();
    adam.step(parameters);
    const state = adam.state(parameters);
    const { weight, bias } = state.parameters as Required<typeof state.parameters>;
    const restore = (changed: object) => () =>
      adam.restore(parameters, { type: 'Adam', parameters: { weight: weight!, ...changed } });
    const mean = new Float64Array(3);
    expect(() => new AdamW().restore(parameters, state)).toThrow(
      range('AdamW.restore: state is of type "Adam", expected "AdamW"'),
    );
    expect(restore({ gate: bias })).toThrow(
      range('Adam.restore: state has "gate", expected only names of the parameters given'),
    );
    expect(restore({ bias: { steps: 1, slots: { mean } } })).toThrow(
      new TypeError('Adam.restore: bias.square is missing, expected values of shape [3]'),
    );
    expect(restore({ bias: { steps: 1, slots: { mean, square: [1] } } })).toThrow(
      range('Adam.restore: bias.square has length 1, expected 3 for shape [3]'),
    );
    expect(restore({ bias: { steps: 1, slots: { mean, square: mean, velocity: mean } } })).toThrow(
      range('Adam.restore: bias has "velocity", expected only mean, square'),
    );
    expect(restore({ bias: undefined })).toThrow(
      new TypeError('Adam.restore: bias.steps is undefined, expected a whole number of at least 0'),
    );
    expect(restore({ bias: { steps: 1 } })).toThrow(
      new TypeError('Adam.restore: bias.mean is missing, expected values of shape [3]'),
    );
    expect(restore({ bias: { steps: -1, slots: { mean, square: mean } } })).toThrow(
      range('Adam.restore: bias.steps is -1, expected a whole number of at least 0'),
    );
    expect(adam.state(parameters)).toEqual(state);
    adam.restore(parameters, { type: 'Adam', parameters: { weight: weight! } });
    expect(adam.state(parameters)).toEqual({ type: 'Adam', parameters: { weight } });
  });
});
