/** Line charts as SVG, described for those who cannot see them. */

export interface Line {
  /** Its colour, a class of style.css. */
  readonly name: 'rnn' | 'gru' | 'lstm';
  readonly values: readonly number[];
}

export interface ChartOptions {
  readonly label: string;
  readonly low: number;
  readonly high: number;
  /** The number of points that fill the width. */
  readonly width: number;
  /** Text at the ends of the vertical axis. */
  readonly ticks: readonly [low: string, high: string];
  readonly xLabel: string;
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [640, 240, 64, 28, 10];

/** Draws lines into an element. */
export function chart(into: Element, lines: readonly Line[], options: ChartOptions): void {
  const { label, low, high, width, ticks, xLabel } = options;
  const x = (i: number) => LEFT + ((WIDTH - LEFT - 8) * i) / Math.max(1, width - 1);
  const y = (value: number) =>
    TOP + (HEIGHT - TOP - BOTTOM) * (1 - (Math.min(high, Math.max(low, value)) - low) / (high - low));
  const drawn = lines.map(({ name, values }) => {
    // More points than pixels cannot be seen.
    const stride = Math.max(1, Math.floor(values.length / WIDTH));
    const points = values.flatMap((value, i) =>
      i % stride === 0 ? [`${x(i).toFixed(1)},${y(value).toFixed(1)}`] : [],
    );
    return `<polyline class="${name}" points="${points.join(' ')}" />`;
  });
  const axes = `<path class="axis" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - 8}" />`;
  const texts = [
    `<text x="${LEFT - 6}" y="${TOP + 10}" text-anchor="end">${ticks[1]}</text>`,
    `<text x="${LEFT - 6}" y="${HEIGHT - BOTTOM}" text-anchor="end">${ticks[0]}</text>`,
    `<text x="${WIDTH - 8}" y="${HEIGHT - 8}" text-anchor="end">${xLabel}</text>`,
    ...lines.map(
      ({ name }, i) =>
        `<text class="${name}" style="fill:currentColor;stroke:none" x="${LEFT + 12 + 60 * i}" y="${HEIGHT - 8}">${name.toUpperCase()}</text>`,
    ),
  ];
  into.innerHTML = `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${axes}${drawn.join('')}${texts.join('')}</svg>`;
}
