/** PyTorch, if installed, and the models of cases.py built with the library. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  type AnyLayer,
  type Backend,
  Bidirectional,
  type Cell,
  Conv1d,
  Dense,
  Embedding,
  GRUCell,
  LayerNorm,
  LSTMCell,
  ProjectedLSTMCell,
  RNNCell,
  Sequence,
  Sequential,
} from '../../src/index.ts';

const script = fileURLToPath(new URL('cases.py', import.meta.url));

/** A Python with PyTorch, if there is one. */
export const python: string | undefined = ['python3', '/usr/bin/python3'].find((command) => {
  try {
    execFileSync(command, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/** Runs cases.py. */
export function torch(...args: string[]): void {
  execFileSync(python!, ['-B', script, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** A model as drawn and built by cases.py. */
export interface CaseConfig {
  readonly kind: 'rnn_tanh' | 'rnn_relu' | 'lstm' | 'gru';
  readonly front: 'none' | 'embedding' | 'conv';
  readonly classes: number;
  readonly input_size: number;
  readonly hidden_size: number;
  readonly layers: number;
  readonly bias: boolean;
  readonly bidirectional: boolean;
  readonly norm: boolean;
  readonly batch: number;
  readonly time: number;
  /** 0 if there is none. */
  readonly projection: number;
}

function makeCell(config: CaseConfig, inputSize: number, backend: Backend): Cell<string> {
  const { kind, hidden_size: hiddenSize, bias, projection: projectionSize } = config;
  const options = { inputSize, hiddenSize, bias, backend };
  if (kind === 'gru') return new GRUCell(options);
  if (kind !== 'lstm') return new RNNCell({ ...options, activation: kind === 'rnn_relu' ? 'relu' : 'tanh' });
  return projectionSize > 0 ? new ProjectedLSTMCell({ ...options, projectionSize }) : new LSTMCell(options);
}

/** The model of a case, and the names of its layers in PyTorch. */
export function modelOf(
  config: CaseConfig,
  backend: Backend,
): { model: Sequential; names: Record<string, string> } {
  const layers: AnyLayer[] = [];
  const names: Record<string, string> = {};
  const add = (name: string, layer: AnyLayer) => {
    names[layers.length] = name;
    layers.push(layer);
    return layer.outputSize!;
  };
  let width = config.input_size;
  if (config.front === 'embedding')
    add('embedding', new Embedding({ classes: config.classes, outputSize: width, backend }));
  if (config.front === 'conv')
    add('conv', new Conv1d({ inputSize: width, outputSize: width, kernelSize: 3, dilation: 2, backend }));
  for (let layer = 0; layer < config.layers; layer++) {
    const cell = () => makeCell(config, width, backend);
    const made = config.bidirectional ? new Bidirectional(cell(), cell()) : new Sequence(cell());
    width = add('rnn', made as AnyLayer);
  }
  if (config.norm) add('norm', new LayerNorm({ inputSize: width, backend }));
  add('linear', new Dense({ inputSize: width, outputSize: 3, backend }));
  return { model: new Sequential(layers), names };
}
