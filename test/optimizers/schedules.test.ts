import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  constant,
  cosineDecay,
  exponentialDecay,
  linearWarmup,
  oneCycle,
  PlateauDecay,
  stepDecay,
} from '../../src/index.ts';

const steps = (count: number) => Array.from({ length: count }, (_, step) => step);

describe('schedules', () => {
  test('constant, stepDecay and exponentialDecay', () => {
    expect(steps(3).map(constant())).toEqual([1, 1, 1]);
    expect(steps(5).map(stepDecay({ every: 2, factor: 0.5 }))).toEqual([1, 1, 0.5, 0.5, 0.25]);
    expect(stepDecay({ every: 2 })(2)).toBe(0.1);
    expect(steps(4).map(exponentialDecay({ factor: 0.5 }))).toEqual([1, 0.5, 0.25, 0.125]);
  });

  test('linearWarmup rises to 1 and hands over at step 0', () => {
    expect(steps(6).map(linearWarmup({ steps: 4 }))).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
    const schedule = linearWarmup({ steps: 2, next: (step) => 10 + step });
    expect(steps(4).map(schedule)).toEqual([0.5, 1, 10, 11]);
  });

  test.prop([fc.integer({ min: 1, max: 500 }), fc.nat(600), fc.double({ min: 0, max: 1, noNaN: true })])(
    'cosineDecay is half a cosine, within 2 ulp of 1',
    (total, step, floor) => {
      const u = Math.min(step / total, 1);
      const expected = floor + ((1 - floor) * (1 + Math.cos(Math.PI * u))) / 2;
      expect(Math.abs(cosineDecay({ steps: total, floor })(step) - expected)).toBeLessThan(4.5e-16);
    },
  );

  test('cosineDecay starts at 1 after its warm-up and ends at its floor', () => {
    const schedule = cosineDecay({ steps: 6, warmup: 2, floor: 0.25 });
    expect(schedule(0)).toBe(0.5);
    expect(schedule(1)).toBe(1);
    expect(schedule(2)).toBe(1);
    expect(schedule(4)).toBe(0.625);
    expect(schedule(6)).toBe(0.25);
    expect(schedule(1000)).toBe(0.25);
  });

  test('schedules accept fractional and infinite steps', () => {
    const schedule = exponentialDecay({ factor: 0.5 });
    expect(schedule(1.5)).toBeCloseTo(0.5 ** 1.5, 14);
    expect(schedule(Number.POSITIVE_INFINITY)).toBe(0);
    expect(stepDecay({ every: 2, factor: 0.5 })(2.5)).toBe(0.5);
    expect(stepDecay({ every: 2 })(Number.POSITIVE_INFINITY)).toBe(0);
    expect(cosineDecay({ steps: 4 })(Number.POSITIVE_INFINITY)).toBe(0);
    expect(linearWarmup({ steps: 4 })(1.5)).toBe(0.625);
  });
});

describe('oneCycle', () => {
  test('rises to 1 and falls, by default from 1 / 25', () => {
    const schedule = oneCycle({ steps: 11, rise: 5 / 11, end: 0 });
    expect(schedule(0)).toBeCloseTo(1 / 25, 15);
    expect([4, 10, 99].map(schedule)).toEqual([1, 0, 0]);
    expect(schedule(7)).toBeCloseTo(0.5, 15);
  });

  test('without a rise it falls from the first step on', () => {
    expect(oneCycle({ steps: 3, rise: 1 / 3, end: 0 })(0)).toBe(1);
    expect(oneCycle({ steps: 4, rise: 0, end: 0 })(0)).toBeCloseTo(0.853553, 6);
  });
});

describe('PlateauDecay', () => {
  const factors = (options: object, values: number[]) => {
    const plateau = new PlateauDecay({ patience: 0, factor: 0.5, ...options });
    return values.map((value) => {
      plateau.observe(value);
      return plateau.schedule(0);
    });
  };

  test('a value must be better by more than the threshold', () => {
    const half = { threshold: 0.5 };
    expect(factors(half, [8, 4, 1.9, 1])).toEqual([1, 0.5, 0.5, 0.25]);
    expect(factors({ ...half, better: 'higher' }, [8, 12, 13, 19.5])).toEqual([1, 0.5, 0.5, 0.25]);
    expect(factors({ ...half, better: 'higher' }, [8, 4, 4.1])).toEqual([1, 0.5, 0.25]);
  });

  test('NaN is never better, and the first number always is', () => {
    expect(factors({}, [Number.NaN, 5, Number.NaN])).toEqual([0.5, 0.5, 0.25]);
  });

  test('continues from its state', () => {
    const options = { patience: 1, factor: 0.5, cooldown: 2 };
    const values = [5, 5, 5, 5, 4, 6, 6, 6, 3, 7, 7];
    const [whole, first, second] = [0, 1, 2].map(() => new PlateauDecay(options)) as [
      PlateauDecay,
      PlateauDecay,
      PlateauDecay,
    ];
    for (const value of values) whole.observe(value);
    for (const value of values.slice(0, 3)) first.observe(value);
    expect(first.state()).toEqual({ factor: 0.5, best: 5, waited: 0, cooling: 2 });
    second.restore(JSON.parse(JSON.stringify(first.state())));
    expect(second.state()).toEqual(first.state());
    for (const value of values.slice(3)) second.observe(value);
    expect(second.state()).toEqual(whole.state());
    expect(whole.state().factor).toBeLessThan(0.5);
  });

  test('refuses values that are not numbers, and invalid states', () => {
    expect(() => new PlateauDecay().observe('1' as never)).toThrow(
      new TypeError('PlateauDecay.observe: value is "1", expected a number'),
    );
    expect(() => new PlateauDecay().restore({ factor: 1 } as never)).toThrow(
      /^PlateauDecay.restore: waited is undefined, expected/,
    );
  });
});

describe('errors', () => {
  test.each<[() => unknown, string]>([
    [() => constant(-1), 'constant: factor is -1, expected a finite number of at least 0'],
    [() => stepDecay({ every: 0 }), 'stepDecay: every is 0, expected a whole number of at least 1'],
    [
      () => exponentialDecay({ factor: Number.NaN }),
      'exponentialDecay: factor is NaN, expected a finite number of at least 0',
    ],
    [() => linearWarmup({ steps: 0.5 }), 'linearWarmup: steps is 0.5, expected a whole number of at least 1'],
    [
      () => cosineDecay({ steps: 10, warmup: 10 }),
      'cosineDecay: warmup is 10, expected a whole number below steps, 10',
    ],
    [() => cosineDecay({ steps: 10, floor: 2 }), 'cosineDecay: floor is 2, expected a number from 0 to 1'],
  ])('%#', (make, text) => expect(make).toThrow(new RangeError(text)));
});

test('each schedule refuses a step that is not a number of at least 0', () => {
  const schedules = {
    constant: constant(),
    stepDecay: stepDecay({ every: 2 }),
    exponentialDecay: exponentialDecay({ factor: 0.5 }),
    linearWarmup: linearWarmup({ steps: 2 }),
    cosineDecay: cosineDecay({ steps: 4, warmup: 2 }),
    oneCycle: oneCycle({ steps: 4 }),
    'PlateauDecay.schedule': new PlateauDecay().schedule,
  };
  for (const [name, schedule] of Object.entries(schedules)) {
    for (const step of [-1, -1e-9, Number.NaN, Number.NEGATIVE_INFINITY])
      expect(() => schedule(step)).toThrow(
        new RangeError(`${name}: step is ${step}, expected a number of at least 0`),
      );
    expect(() => schedule('1' as never)).toThrow(
      new TypeError(`${name}: step is "1", expected a number of at least 0`),
    );
    for (const step of [0.5, 1e9, Number.POSITIVE_INFINITY]) {
      expect(schedule(step)).toBeGreaterThanOrEqual(0);
      expect(schedule(step)).toBeLessThanOrEqual(1);
    }
  }
});
