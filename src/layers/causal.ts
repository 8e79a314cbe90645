/** Whether a model gives the same outputs step by step, with its state carried, as for a whole sequence. */
import type { Part } from '../common/architecture.ts';

/** The layer that prevents this in a model or a part of it, described in words; undefined if none does. */
export function notStepwise(part: Part): string | undefined {
  const { type, options, parts = {} } = part.architecture();
  const { reverse, kernelSize, stride, padding } = options;
  if (type === 'Bidirectional' || reverse === true) return `a ${type} that looks ahead`;
  if (type === 'Pooling' || (type === 'Conv1d' && kernelSize !== 1))
    return `a ${type} that sees several steps at once`;
  // For a kernel of one step, a padding by name adds nothing.
  if (type === 'Conv1d' && (stride !== 1 || [padding].flat().some((steps) => Number(steps) > 0)))
    return `a ${type} that gives more or fewer steps than it takes`;
  for (const inner of Object.values(parts)) {
    const found = notStepwise(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}
