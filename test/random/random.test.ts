import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random, type RandomState } from '../../src/index.ts';
import { generatorOf } from '../../src/random/random.ts';

describe('the generator', () => {
  test('computes xoshiro128**, with two outputs of the reference implementation per number', () => {
    const random = new Random(0);
    random.state = [1, 2, 3, 4];
    const words = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ];
    for (let i = 0; i < words.length; i += 2)
      expect(random.next()).toBe(((words[i]! >>> 5) * 2 ** 26 + (words[i + 1]! >>> 6)) / 2 ** 53);
    expect(random.state).toEqual([939045227, 1864939416, 1451579149, 2199351389]);
  });

  test.each<[number, RandomState]>([
    [0, [1684164658, 3653269916, 2939563536, 2141751570]],
    [42, [551831576, 144025891, 322543647, 3034809370]],
    [2 ** 40 + 7, [3266232365, 1103932290, 3916695717, 179150862]],
    [Number.MAX_SAFE_INTEGER, [2128578100, 284414219, 1067360325, 4243736692]],
  ])('seed %d fills the state by splitmix32', (seed, state) => {
    expect(new Random(seed).state).toEqual(state);
  });

  test('repeats its numbers after a state is restored', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 20 }), (seed, drawn) => {
        const random = new Random(seed);
        for (let i = 0; i < drawn; i++) random.next();
        const kept = random.state;
        const first = [random.next(), random.normal(), random.integer(10)];
        random.state = kept;
        expect([random.next(), random.normal(), random.integer(10)]).toEqual(first);
      }),
    );
  });
});

describe('draws', () => {
  const n = 20_000;

  test('next fills [0, 1) evenly', () => {
    const random = new Random(1);
    const counts = new Array<number>(20).fill(0);
    for (let i = 0; i < n; i++) {
      const value = random.next();
      expect(value >= 0 && value < 1).toBe(true);
      counts[Math.floor(value * 20)]!++;
    }
    // χ² of 19 degrees of freedom: mean 19, deviation 6.2.
    const chi = counts.reduce((sum, count) => sum + (count - n / 20) ** 2 / (n / 20), 0);
    expect(chi).toBeLessThan(50);
  });

  test('successive numbers are not correlated', () => {
    const random = new Random(2);
    let sum = 0;
    let last = random.next() - 0.5;
    for (let i = 0; i < n; i++) {
      const value = random.next() - 0.5;
      sum += value * last;
      last = value;
    }
    expect(Math.abs(sum / n)).toBeLessThan(5 / 12 / Math.sqrt(n));
  });

  test('uniform stays within its bounds', () => {
    const random = new Random(3);
    const values = Array.from({ length: n }, () => random.uniform(-2, 6));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...values)).toBeLessThanOrEqual(6);
    expect(values.reduce((a, b) => a + b) / n).toBeCloseTo(2, 1);
  });

  test('normal has the moments of the normal distribution', () => {
    const random = new Random(4);
    const sums = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const value = random.normal();
      for (let power = 1; power <= 4; power++) sums[power - 1]! += value ** power / n;
    }
    const [mean, variance, skew, kurtosis] = sums as [number, number, number, number];
    expect(Math.abs(mean)).toBeLessThan(0.05);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    expect(Math.abs(skew)).toBeLessThan(0.15);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.3);
  });

  test('integer covers its range evenly', () => {
    const random = new Random(5);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < n; i++) counts[random.integer(7)]!++;
    for (const count of counts) expect(Math.abs(count - n / 7)).toBeLessThan(5 * Math.sqrt(n / 7));
    expect(random.integer(1)).toBe(0);
  });

  test('shuffle permutes in place, each order equally likely', () => {
    const random = new Random(6);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const items = [1, 2, 3];
      expect(random.shuffle(items)).toBe(items);
      counts.set(items.join(), (counts.get(items.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(160);
    expect(random.shuffle([])).toEqual([]);
  });

  test('a fork draws other numbers', () => {
    const [random, other] = [new Random(7), new Random(7)];
    const fork = random.fork();
    expect(fork.next()).toBe(other.fork().next());
    for (let i = 0; i < 5; i++) fork.next();
    expect(random.next()).toBe(other.next());
  });

  test('the default is the shared generator', () => {
    expect(generatorOf('here', undefined)).toBe(generatorOf('there', undefined));
    const own = new Random(1);
    expect(generatorOf('here', own)).toBe(own);
    expect(() => generatorOf('Dense', 3 as never)).toThrow(
      new TypeError('Dense: random is 3, expected a Random, such as new Random(1)'),
    );
  });
});

describe('errors', () => {
  test('in the seed', () => {
    expect(() => new Random(-1)).toThrow(
      new RangeError('Random: seed is -1, expected a whole number of at least 0'),
    );
    expect(() => new Random(2 ** 53)).toThrow(RangeError);
    expect(() => new Random('1' as unknown as number)).toThrow(TypeError);
  });

  test('in integer', () =>
    expect(() => new Random(0).integer(0)).toThrow(
      new RangeError('Random.integer: below is 0, expected a whole number of at least 1'),
    ));

  test.each<[unknown, string]>([
    [[0, 0, 0, 0], 'is [0, 0, 0, 0]'],
    [[1, 2, 3], 'is [1, 2, 3]'],
    [[1, Number.NaN, 3, 4], 'is [1, NaN, 3, 4]'],
    [[1, -2, 3, 4], 'is [1, -2, 3, 4]'],
    [[1, 2, 3, 2 ** 32], 'is [1, 2, 3, 4294967296]'],
    [undefined, 'is undefined'],
  ])('in a state: %o', (state, came) => {
    const random = new Random(0);
    const kept = random.state;
    expect(() => {
      random.state = state as RandomState;
    }).toThrow(new RangeError(`Random.state: state ${came}, expected four 32-bit words, not all zero`));
    expect(random.state).toEqual(kept);
  });
});
