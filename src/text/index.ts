/** From raw words to what a sequence takes. */
export {};
