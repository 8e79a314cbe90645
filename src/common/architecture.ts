/** How cells and layers describe themselves, so that they can be saved and rebuilt. */

/** The description of a cell or layer: its class, constructor options and parts. */
export interface Architecture {
  readonly type: string;
  /** Plain JSON: sizes and settings, never weights. */
  readonly options: { readonly [name: string]: unknown };
  /** The cells and layers inside. One that occurs twice is saved once and shared again when loaded. */
  readonly parts?: { readonly [name: string]: Part } | undefined;
}

/** A part of a cell or layer. */
export interface Part {
  /** The description from which it can be rebuilt. */
  architecture(): Architecture;
}
