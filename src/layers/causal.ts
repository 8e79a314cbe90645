/** Whether a model says of a sequence step by step, its state carried, what it says of the whole at once. */
import type { Part } from '../common/architecture.ts';

/** The layer that keeps a model, or a part of it, from that, in words; undefined where none does. */
export function notStepwise(part: Part): string | undefined {
  const { type, options, parts = {} } = part.architecture();
  if (type === 'Bidirectional' || options.reverse === true) return `a ${type} that looks ahead`;
  if (type === 'Pooling' || (type === 'Conv1d' && options.kernelSize !== 1))
    return `a ${type} that sees several steps at once`;
  for (const inner of Object.values(parts)) {
    const found = notStepwise(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}
