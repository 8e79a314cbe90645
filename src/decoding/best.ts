/** A bounded list of the highest-scoring items. */

/** Keeps the `count` highest-scoring items offered, best first; ties keep the order of offering. */
export class Best<Item> {
  readonly items: { readonly item: Item; readonly score: number }[] = [];
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  offer(item: Item, score: number): void {
    const { items } = this;
    if (items.length === this.#count && !(score > items[this.#count - 1]!.score)) return;
    let at = items.length;
    while (at > 0 && items[at - 1]!.score < score) at--;
    items.splice(at, 0, { item, score });
    if (items.length > this.#count) items.pop();
  }
}
