/** The worker's side: a replica, built from the initial message, that computes assigned shards. */
import { rangeError, show } from '../common/errors.ts';
import { type Checks, checkOptions, functionsByName } from '../common/options.ts';
import { adoptKernels, type Shared, withProducts } from '../kernels/added.ts';
import type { Backend } from '../kernels/backend.ts';
import { float32, float64 } from '../kernels/index.ts';
import { useNativeProducts } from '../kernels/native/index.ts';
import { meanAbsoluteError, quantileLoss } from '../losses/absolute.ts';
import { binaryCrossEntropy } from '../losses/binary-cross-entropy.ts';
import { crossEntropy, negativeLogLikelihood } from '../losses/cross-entropy.ts';
import { ctc } from '../losses/ctc.ts';
import { huber, smoothL1 } from '../losses/huber.ts';
import { type HeadLosses, jointLoss } from '../losses/joint.ts';
import type { LossSettings, Objective } from '../losses/objective.ts';
import { meanSquaredError } from '../losses/squared.ts';
import { build } from '../storage/blueprint.ts';
import { type Builders, buildersOption } from '../storage/builders.ts';
import { type AnyModel, layoutOf, moved, Replica } from './replica.ts';
import {
  type Answer,
  type Assignment,
  type Beginning,
  nodeModules,
  type Port,
  type Request,
  type Response,
} from './workers.ts';

/** Options of {@link serve}. */
export interface ServeOptions {
  /** Builders for cells and layers outside the library, by name, as for `load`. */
  readonly builders?: Builders | undefined;
  /** Builders for losses outside the library, from their `options`, by name. */
  readonly losses?: LossBuilders | undefined;
}

const checks: Checks<ServeOptions> = { builders: buildersOption, losses: functionsByName };

/**
 * Makes the calling worker compute shards for `trainParallel`. It is needed only for training custom cells, layers or losses:
 * write a worker module that calls it once, and pass `trainParallel` a `worker` function that starts it.
 *
 * @throws Error if called outside a worker.
 *
 * @example
 * ```ts
 * import { meanSquaredError } from 'recurrent-cells';
 * import { serve } from 'recurrent-cells/parallel';
 *
 * const options = { losses: { myLoss: () => meanSquaredError({ reduction: 'sum' }) } };
 * // In a worker it returns immediately and answers from then on. Outside a worker:
 * let message = '';
 * try {
 *   serve(options);
 * } catch (error) {
 *   message = (error as Error).message;
 * }
 * message // → 'serve: was called outside a worker, expected in the script of one'
 * ```
 */
export function serve(options: ServeOptions = {}): void {
  const { builders = {}, losses = {} } = checkOptions('serve', options, checks);
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
        const arrays = [answer.weights, ...answer.outcomes.map(({ gradients }) => gradients!)];
        reply({ answer }, arrays.flatMap(moved));
      }
    } catch (error) {
      reply({ failure: error instanceof Error ? error : new Error(String(error)) });
    }
  };
}

/** The connection of the worker running this code; undefined outside a worker. */
function ownPort(): Port | undefined {
  const parent = nodeModules()?.threads.parentPort;
  if (parent) return parent;
  const scope = globalThis as { WorkerGlobalScope?: unknown };
  return scope.WorkerGlobalScope === undefined ? undefined : (globalThis as unknown as Port);
}

function begin(
  { blueprint, parameters, backend, loss }: Beginning,
  builders: Builders,
  losses: LossBuilders,
): Replica {
  const model = build('serve', 'model', blueprint, sharedBackend('serve', backend), builders) as AnyModel;
  const replica = new Replica(model, buildLoss('serve', loss, losses));
  const layout = layoutOf(replica.parameters).join('; ');
  if (layout !== parameters.join('; '))
    throw rangeError('serve', 'builders', `make a model of ${layout}`, parameters.join('; '));
  return replica;
}

function compute(replica: Replica, { weights, tasks }: Assignment): Answer {
  replica.load(weights);
  return { weights, outcomes: tasks.map((task) => replica.compute(task)) };
}

const backends: { readonly [name: string]: () => Backend } = {
  'float64 (TypeScript)': float64,
  'float32 (TypeScript)': () => float32({ kernels: 'typescript' }),
  'float32 (SIMD)': () => float32({ kernels: 'simd' }),
  'float32 (relaxed SIMD)': () => float32({ kernels: 'relaxed' }),
};

/**
 * The backend of another thread, in this one.
 *
 * @throws RangeError if it is not a backend of the library, or this thread does not support it.
 */
export function sharedBackend(where: string, { name, module, library }: Shared): Backend {
  const make = Object.hasOwn(backends, name) ? backends[name] : undefined;
  if (make === undefined && module === undefined)
    throw rangeError(where, 'model', `computes in ${show(name)}`, 'a backend of the library');
  const backend = module === undefined ? make!() : adoptKernels(name, module);
  if (library === undefined) return backend;
  useNativeProducts(library);
  return withProducts(backend);
}

/** Builds a loss from its options. */
// biome-ignore lint/suspicious/noExplicitAny: each loss has different options and targets
export type LossBuilder = (options: any) => Objective<any, any>;

/** A loss as plain data. */
interface NamedLoss {
  readonly name: string;
  readonly options: LossSettings;
}

/** Builders by loss name. */
export interface LossBuilders {
  readonly [name: string]: LossBuilder;
}

const losses: LossBuilders = {
  binaryCrossEntropy,
  crossEntropy,
  ctc,
  huber,
  meanAbsoluteError,
  meanSquaredError,
  negativeLogLikelihood,
  quantileLoss,
  smoothL1,
};

/**
 * Builds a loss, or a joint loss with the losses of its heads.
 *
 * @throws RangeError if it is neither the library's nor among `own`.
 */
function buildLoss(where: string, { name, options }: NamedLoss, own: LossBuilders): ReturnType<LossBuilder> {
  if (name === 'jointLoss' && !Object.hasOwn(own, name)) {
    const heads = Object.entries(options.losses as { readonly [head: string]: NamedLoss });
    const made = Object.fromEntries(heads.map(([head, loss]) => [head, buildLoss(where, loss, own)]));
    return jointLoss(made as HeadLosses, { weights: options.weights as { readonly [head: string]: number } });
  }
  const builder = Object.hasOwn(own, name)
    ? own[name]
    : Object.hasOwn(losses, name)
      ? losses[name]
      : undefined;
  if (builder === undefined)
    throw rangeError(
      where,
      'loss',
      `is ${show(name)}`,
      'a loss of the library, or a builder for it in options.losses',
    );
  return builder(options);
}
