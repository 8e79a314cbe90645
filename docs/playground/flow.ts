/** The gradient at each time step, for a length chosen with a slider. */
import { chart } from './chart.ts';
import { Asker, elementsOf } from './section.ts';

export interface Flow {
  readonly name: 'rnn' | 'gru' | 'lstm';
  /** ‖∂L/∂h_t‖ by time step. */
  readonly norms: readonly number[];
}

const [LOWEST, HIGHEST] = [-16, 1];

export function startFlow(): void {
  const $ = elementsOf('flow');
  const slider = $<HTMLInputElement>('[name=length]');
  const status = $('.status');
  const asker = new Asker<number, readonly Flow[]>('flow-worker.js');

  async function show(): Promise<void> {
    const length = Number(slider.value);
    $('output').textContent = slider.value;
    const flows = await asker.ask(length);
    if (flows === undefined) return;
    const left = flows.map(
      ({ name, norms }) => `${name.toUpperCase()} ${(norms[0]! / norms.at(-1)!).toExponential(0)}`,
    );
    status.textContent = `Of the gradient at the last of ${length} steps, this much is left at the first: ${left.join(', ')}.`;
    chart(
      $('.plot'),
      flows.map(({ name, norms }) => ({ name, values: norms.map((norm) => Math.log10(norm)) })),
      {
        label: status.textContent,
        low: LOWEST,
        high: HIGHEST,
        width: length,
        ticks: ['10⁻¹⁶', '10'],
        xLabel: `step ${length}`,
      },
    );
  }
  slider.addEventListener('input', show);
  void show();
}
