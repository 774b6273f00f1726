"""Language models behind one protocol: adapters, the stream accumulator, the embedded and scripted models."""
