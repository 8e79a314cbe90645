/** Three character models side by side, each in its own worker. */
import { chart } from './chart.ts';
import { eachFrame, elementsOf } from './section.ts';

const CELLS = ['rnn', 'gru', 'lstm'] as const;
type CellName = (typeof CELLS)[number];

/** To a worker: begin, or change what can be changed while it trains. */
export type LanguageRequest =
  | { readonly begin: { cell: CellName; text: string; hidden: number; rate: number; temperature: number } }
  | { readonly pause: boolean }
  | { readonly temperature: number };

/** From a worker, several times a second. */
export type LanguageReport =
  | { readonly losses: readonly number[]; readonly blind: number; readonly perSecond: number }
  | { readonly sample: string }
  | { readonly failure: string };

interface Model {
  readonly name: CellName;
  readonly worker: Worker;
  readonly losses: number[];
  perSecond: number;
}

const TEXT = `It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of Light, it was the season of Darkness, it was the spring of hope, it was the winter of despair, we had everything before us, we had nothing before us, we were all going direct to Heaven, we were all going direct the other way – in short, the period was so far like the present period, that some of its noisiest authorities insisted on its being received, for good or for evil, in the superlative degree of comparison only.`;

export function startLanguage(): void {
  const $ = elementsOf('language');
  const form = $<HTMLFormElement>('form');
  const text = $<HTMLTextAreaElement>('#text');
  const status = $('.status');
  const pause = $<HTMLButtonElement>('[name=pause]');
  const temperature = $<HTMLInputElement>('[name=temperature]');
  const samples = new Map<CellName, HTMLElement>();
  let models: Model[] = [];
  let blind = 0;
  let paused = false;
  text.value = TEXT;

  for (const name of CELLS) {
    const box = document.createElement('div');
    box.innerHTML = `<h3 class="${name}">${name.toUpperCase()} writes</h3><pre tabindex="0">…</pre>`;
    $('.models').append(box);
    samples.set(name, box.querySelector('pre')!);
  }

  const draw = eachFrame(() => {
    const counts = models.map(({ losses }) => losses.length);
    const steps = Math.max(...counts);
    const last = models.map(
      ({ name, losses }) => `${name.toUpperCase()} ${(losses.at(-1) ?? blind).toFixed(2)}`,
    );
    chart(
      $('.plot'),
      models.map(({ name, losses }) => ({ name, values: losses })),
      {
        label: `Loss after ${steps} steps: ${last.join(', ')} nats per character`,
        low: 0,
        high: blind,
        width: Math.max(200, steps),
        ticks: ['0', blind.toFixed(2)],
        xLabel: `${Math.max(200, steps)} steps`,
      },
    );
    const speed = models.map(({ name, perSecond }) => `${name.toUpperCase()} ${Math.round(perSecond)}`);
    status.textContent = `${paused ? 'Paused' : 'Training'}: step ${Math.min(...counts)}. Nats: ${last.join(', ')}. Characters per second: ${speed.join(', ')}.`;
  });

  const hear = (model: Model, report: LanguageReport) => {
    if ('failure' in report) status.textContent = report.failure;
    else if ('sample' in report) samples.get(model.name)!.textContent = report.sample;
    else {
      model.losses.push(...report.losses);
      model.perSecond = report.perSecond;
      blind = report.blind;
      draw();
    }
  };

  const tell = (request: LanguageRequest) => {
    for (const { worker } of models) worker.postMessage(request);
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    for (const { worker } of models) worker.terminate();
    const settings = new FormData(form);
    const value = (name: string) => Number(settings.get(name));
    models = CELLS.map((name) => {
      const worker = new Worker(new URL('language-worker.js', import.meta.url), { type: 'module' });
      const model: Model = { name, worker, losses: [], perSecond: 0 };
      worker.addEventListener('message', ({ data }: MessageEvent<LanguageReport>) => hear(model, data));
      const begin = {
        cell: name,
        text: text.value,
        hidden: value('hidden'),
        rate: value('rate'),
        temperature: value('temperature'),
      };
      worker.postMessage({ begin } satisfies LanguageRequest);
      return model;
    });
    setPaused(false);
    pause.disabled = false;
    status.textContent = 'Starting …';
  });

  function setPaused(to: boolean): void {
    paused = to;
    pause.textContent = paused ? 'Resume' : 'Pause';
  }
  pause.addEventListener('click', () => {
    setPaused(!paused);
    tell({ pause: paused });
    draw();
  });
  temperature.addEventListener('input', () => {
    temperature.parentElement!.querySelector('output')!.textContent = temperature.value;
    tell({ temperature: Number(temperature.value) });
  });
}
