/** The script of a worker that knows what the library knows. */
import { serve } from './serve.ts';

serve();
