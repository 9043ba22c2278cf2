/** What happens while a model is brought into the store; commands show it, nothing here prints. */
export type TransferEvent =
  | { type: 'progress'; file: string; doneBytes: number; totalBytes: number | null; phase: 'download' | 'copy' | 'hash' }
  | { type: 'wait'; holder: string }
  | { type: 'retry'; reason: string; delayMs: number }
  | { type: 'restart'; file: string; reason: string }
  | { type: 'unchecked'; file: string }

export interface TransferOptions {
  signal: AbortSignal
  onProgress?: ((event: TransferEvent) => void) | undefined
}
