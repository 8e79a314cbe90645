/** The page: each section by itself. */
import { startFlow } from './flow.ts';
import { startLanguage } from './language.ts';
import { startSpeller } from './speller.ts';
import { startVoice } from './voice.ts';

startLanguage();
startVoice();
// These two draw immediately, so they start only when they are near the screen.
for (const [id, start] of [
  ['flow', startFlow],
  ['speller', startSpeller],
] as const) {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      start();
    },
    { rootMargin: '200px' },
  );
  observer.observe(document.getElementById(id)!);
}
