/** The worker's side: a replica that computes what it is assigned. */
import { rangeError } from '../common/errors.ts';
import type { Values } from '../kernels/heap.ts';
import { build } from '../storage/blueprint.ts';
import type { Builders } from '../storage/builders.ts';
import { layoutOf, moved } from './flat.ts';
import { buildLoss, type LossBuilders } from './losses.ts';
import type { Answer, Assignment, Beginning, Request, Response } from './messages.ts';
import { ownPort } from './port.ts';
import { type AnyModel, backendNamed, Replica } from './replica.ts';

/** Options of {@link serve}. */
export interface ServeOptions {
  /** How cells and layers that are not the library's are built, by name, as for `load`. */
  readonly builders?: Builders;
  /** How losses that are not the library's are built from their `options`, by name. */
  readonly losses?: LossBuilders;
}

/**
 * Makes the worker that calls it compute shards for `trainParallel`. Only who trains cells, layers or losses of their own
 * needs it: their worker's script is then a module of theirs that calls it once, and `trainParallel` is told by `worker`
 * how to start that.
 *
 * @throws Error if it is called outside a worker.
 *
 * @example
 * ```ts
 * import { meanSquaredError } from 'recurrent-cells';
 * import { serve } from 'recurrent-cells/parallel';
 *
 * const options = { losses: { myLoss: () => meanSquaredError({ reduction: 'sum' }) } };
 * // In a worker it returns at once, and answers from then on. Here is none:
 * let message = '';
 * try {
 *   serve(options);
 * } catch (error) {
 *   message = (error as Error).message;
 * }
 * message // → 'serve: was called outside a worker, expected in the script of one'
 * ```
 */
export function serve({ builders = {}, losses = {} }: ServeOptions = {}): void {
  const port = ownPort();
  if (port === undefined)
    throw new Error('serve: was called outside a worker, expected in the script of one');
  let replica: Replica | undefined;
  const reply = (response: Response, transfer: ArrayBuffer[] = []) => port.postMessage(response, transfer);
  port.onmessage = ({ data }) => {
    const request = data as Request;
    try {
      if ('begin' in request) replica = begin(request.begin, builders, losses);
      else if (replica !== undefined) {
        const answer = compute(replica, request.assign);
        reply({ answer }, [answer.weights, ...answer.gradients].flatMap(moved));
      }
    } catch (error) {
      reply({ failure: error instanceof Error ? error : new Error(String(error)) });
    }
  };
}

function begin(
  { blueprint, parameters, backend, loss }: Beginning,
  builders: Builders,
  losses: LossBuilders,
): Replica {
  const model = build('serve', 'model', blueprint, backendNamed('serve', backend), builders) as AnyModel;
  const replica = new Replica(model, buildLoss('serve', loss, losses));
  const layout = layoutOf(replica.parameters).join('; ');
  if (layout !== parameters.join('; '))
    throw rangeError('serve', 'builders', `make a model of ${layout}`, parameters.join('; '));
  return replica;
}

function compute(replica: Replica, { weights, tasks }: Assignment): Answer {
  replica.load(weights);
  const outcomes = tasks.map((task) => replica.compute(task));
  const gradients: Values[] = tasks.map((task) => task.gradients);
  return { weights, gradients, outcomes };
}
