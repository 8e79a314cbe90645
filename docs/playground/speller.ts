/** A trained encoder–decoder, its attention and its units. */
import { Asker, elementsOf } from './section.ts';

export interface Pronunciation {
  readonly letters: readonly string[];
  readonly phonemes: readonly string[];
  /** The attention of each phoneme to each letter. */
  readonly weights: readonly (readonly number[])[];
  /** The state of the encoder after each letter, from −1 to 1. */
  readonly units: readonly (readonly number[])[];
  readonly about: string;
}

export function startSpeller(): void {
  const $ = elementsOf('speller');
  const input = $<HTMLInputElement>('[name=word]');
  const status = $('.status');
  const asker = new Asker<string, Pronunciation>('speller-worker.js');

  async function show(): Promise<void> {
    const word = input.value.toUpperCase().replace(/[^A-Z]/g, '');
    if (word === '') return;
    const answer = await asker.ask(word);
    if (answer === undefined) return;
    const { letters, phonemes, weights, units, about } = answer;
    $('.about').textContent = about;
    status.textContent = `${word}: ${phonemes.join(' ')}`;
    $('.attention').replaceChildren(
      table(
        'Attention: a row for each sound, a column for each letter',
        phonemes,
        letters,
        weights.map((row) => row.map((weight) => ({ share: weight, text: `${Math.round(100 * weight)}` }))),
      ),
    );
    $('.units').replaceChildren(
      table(
        'Units of the encoder: a row for each letter',
        letters,
        [],
        units.map((row) => row.map((value) => ({ share: value, text: '' }))),
      ),
    );
  }
  $('form').addEventListener('submit', (event) => event.preventDefault());
  input.addEventListener('input', show);
  void show();
}

interface Shade {
  /** From 0, or −1, to 1. */
  readonly share: number;
  readonly text: string;
}

function table(
  caption: string,
  rows: readonly string[],
  columns: readonly string[],
  shades: readonly (readonly Shade[])[],
): HTMLTableElement {
  const made = document.createElement('table');
  made.setAttribute('aria-label', caption);
  if (columns.length > 0) {
    const head = made.createTHead().insertRow();
    for (const name of ['', ...columns]) head.append(heading(name));
  }
  const body = made.createTBody();
  rows.forEach((name, r) => {
    const row = body.insertRow();
    row.append(heading(name));
    for (const { share, text } of shades[r]!) {
      const cell = row.insertCell();
      const colour = share < 0 ? '--rnn' : '--lstm';
      cell.style.background = `color-mix(in srgb, var(${colour}) ${Math.round(100 * Math.abs(share))}%, transparent)`;
      cell.textContent = text;
    }
  });
  return made;
}

function heading(text: string): HTMLTableCellElement {
  const cell = document.createElement('th');
  cell.textContent = text;
  return cell;
}
