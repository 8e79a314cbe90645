/** Voice activity over a recorded sentence. */
import { elementsOf } from './section.ts';

/** From the worker: the outline of the sound, then probabilities as they come, then the time they took. */
export type VoiceReport =
  | {
      readonly outline: readonly (readonly [low: number, high: number])[];
      readonly frames: number;
      readonly seconds: number;
    }
  | { readonly probabilities: readonly number[] }
  | { readonly perFrame: number; readonly kernels: string }
  | { readonly failure: string };

const [WIDTH, HEIGHT] = [640, 200];

export function startVoice(): void {
  const $ = elementsOf('voice');
  const form = $<HTMLFormElement>('form');
  const status = $('.status');
  let worker: Worker | undefined;

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    worker?.terminate();
    worker = new Worker(new URL('voice-worker.js', import.meta.url), { type: 'module' });
    status.textContent = 'Loading the model …';
    let frames = 0;
    let wave = '';
    let seconds = 0;
    const heard: number[] = [];
    worker.addEventListener('message', ({ data }: MessageEvent<VoiceReport>) => {
      if ('failure' in data) status.textContent = data.failure;
      else if ('outline' in data) {
        ({ frames, seconds } = data);
        wave = data.outline
          .map(([low, high], i) => {
            const x = ((WIDTH * i) / data.outline.length).toFixed(1);
            return `M${x} ${y(low)}V${y(high)}`;
          })
          .join('');
      } else if ('probabilities' in data) heard.push(...data.probabilities);
      else {
        const speech = heard.filter((probability) => probability > 0.5).length;
        status.textContent = `Speech in ${speech} of ${frames} frames. One frame of 32 ms took ${data.perFrame.toFixed(2)} ms, ${data.kernels}.`;
      }
      draw();
    });

    function draw(): void {
      const points = heard.map((p, i) => `${((WIDTH * (i + 0.5)) / frames).toFixed(1)},${y(p)}`);
      $('.plot').innerHTML =
        `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Waveform of ${seconds.toFixed(1)} seconds and the probability of speech in each of ${frames} frames">` +
        `<path class="axis" d="${wave}" /><polyline class="lstm" points="${points.join(' ')}" /></svg>`;
    }
  });
}

/** The height of a value from −1 to 1. */
function y(value: number): string {
  return (HEIGHT * (0.5 - 0.48 * value)).toFixed(1);
}
