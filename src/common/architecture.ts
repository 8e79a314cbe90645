/** How cells and layers say what they are, so that they can be saved and built again. */

/** What a cell or layer is: its class, its constructor's options, and the parts it is made of. */
export interface Architecture {
  readonly type: string;
  /** Plain JSON; sizes and settings, never weights. */
  readonly options: { readonly [name: string]: unknown };
  /** The cells and layers inside. One that is found twice is saved once, and shared again when loaded. */
  readonly parts?: { readonly [name: string]: Part } | undefined;
}

/** A part of a cell or layer. */
export interface Part {
  /** How to build it again. */
  architecture(): Architecture;
}
