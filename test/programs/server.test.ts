/** A new user's program: a server that steps all waiting sessions in one batch. */
import { expect, test } from 'vitest';
import * as rc from '../../src/index.ts';

test('streaming server', () => {
  // Program
  const model = rc.manyToMany({
    cell: rc.LSTMCell,
    inputSize: 2,
    hiddenSize: 16,
    outputSize: 3,
    random: new rc.Random(1),
  });
  const sessions = new Map<string, ReturnType<typeof model.initialState>>();

  function step(waiting: ReadonlyMap<string, number[]>): Map<string, number> {
    const names = [...waiting.keys()];
    const { output, state } = model.infer(rc.tensor(Array.from(waiting.values(), (features) => [features])), {
      state: rc.stackStates(names.map((name) => sessions.get(name) ?? model.initialState(1))),
    });
    for (const [i, own] of rc.splitStates(state).entries()) sessions.set(names[i]!, own);
    const classes = rc.classesOf(output).data;
    return new Map(names.map((name, i) => [name, classes[i]!]));
  }
  // End

  const random = new rc.Random(2);
  const read = new Map<string, number[][]>();
  const said = new Map<string, number[]>();
  for (let tick = 0; tick < 12; tick++) {
    const waiting = new Map<string, number[]>();
    for (let i = 0; i < 20; i++)
      if (random.next() < 0.5) waiting.set(`session ${i}`, [random.normal(), random.normal()]);
    for (const [name, answer] of step(waiting)) {
      read.set(name, [...(read.get(name) ?? []), waiting.get(name)!]);
      said.set(name, [...(said.get(name) ?? []), answer]);
    }
  }
  expect(sessions.size).toBe(20);
  for (const [name, features] of read) {
    const alone = model.infer(rc.tensor([features]));
    expect([...rc.classesOf(alone.output).data]).toEqual(said.get(name));
  }
});
