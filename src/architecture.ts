/** The saved form of a cell or layer: its class, its constructor's options, and the parts it is made of. */
export interface Architecture {
  readonly type: string;
  /** Plain JSON; sizes and settings, never weights. */
  readonly options: { readonly [name: string]: unknown };
  readonly parts?: { readonly [name: string]: Architecture };
}
