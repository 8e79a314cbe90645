/** The package's lists, one for each language, which have no types of their own. */
declare module 'stopword' {
  export const eng: readonly string[];
  export const kor: readonly string[];
}
