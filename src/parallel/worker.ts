/** The default worker script, which supports everything in the library. */
import { serve } from './serve.ts';

serve();
