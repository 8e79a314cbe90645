/** Recurrent layers: cells, sequences, the layers around them, and how they are trained. */
export {};
