interface BlockOptions {
  blockBytes: number
  /** Told of every piece as it comes, with how many bytes wait for their block. */
  onPiece: (waitingBytes: number) => void
}

/**
 * Gathers the small pieces that a network delivers, because writing each of them costs more than receiving it.
 * What came before the source broke off is handed on before its error is.
 */
export async function* inBlocks(pieces: AsyncIterable<Uint8Array>, { blockBytes, onPiece }: BlockOptions): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let bytes = 0
  const take = () => {
    const block = Buffer.concat(waiting)
    waiting = []
    bytes = 0
    return block
  }
  try {
    for await (const piece of pieces) {
      waiting.push(piece)
      bytes += piece.length
      onPiece(bytes)
      if (bytes >= blockBytes) yield take()
    }
  } catch (error) {
    if (bytes > 0) yield take()
    throw error
  }
  if (bytes > 0) yield take()
}
