/** Types for the package's lists, one per language. */
declare module 'stopword' {
  export const eng: readonly string[];
  export const kor: readonly string[];
}
