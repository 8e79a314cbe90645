/** The random models of drawn.py in ONNX Runtime. */
import { Sequential, type State, type Tensor } from '../../src/index.ts';
import { type OnnxFeeds, toOnnx } from '../../src/onnx.ts';
import { flat, runtime } from '../onnx/runtime.ts';
import { build, type Drawn } from './drawn.ts';

/** Whether ONNX can express the model: it has no projections. */
export const isExported = ({ layers }: Drawn): boolean => layers.every(({ projection }) => projection === 0);

/** The largest difference between the library in float64 and ONNX Runtime in float32: the first head and the final states. */
export async function compareExported(drawn: Drawn, given: ArrayLike<number>): Promise<number> {
  const { body, heads, x, lengths, state } = build(drawn, given);
  const model = new Sequential([...body.layers, heads[0]!]);
  const want = model.infer(x as Tensor, { lengths, state });
  const feeds: Record<string, OnnxFeeds[string]> = { input: x };
  if (lengths) feeds.lengths = { data: Int32Array.from(lengths), shape: [lengths.length] };
  for (const [name, part] of flat(state)) feeds[`initial.${name}`] = part;
  const bytes = toOnnx(model, { lengths: lengths !== undefined, states: drawn.states });
  const got = await runtime(bytes, feeds);
  const wanted: [string, Tensor][] = [
    ['output', want.output],
    ...(drawn.states ? flat(want.state as State) : []).map(([name, part]): [string, Tensor] => [
      `final.${name}`,
      part,
    ]),
  ];
  if (wanted.length !== Object.keys(got).length)
    throw new RangeError(`exported: there are ${Object.keys(got).length} outputs, expected ${wanted.length}`);
  let worst = 0;
  for (const [name, { data }] of wanted) {
    const theirs = got[name]!.data;
    if (theirs.length !== data.length) throw new RangeError(`exported: ${name} has ${theirs.length} numbers`);
    data.forEach((value, i) => {
      const off = Math.abs(value - theirs[i]!) / Math.max(1, Math.abs(value));
      worst = Number.isNaN(off) ? Number.POSITIVE_INFINITY : Math.max(worst, off);
    });
  }
  return worst;
}
