/** What every command is held to, beside what the options say. Sizes in bytes. */
export const limits = {
  /** Processes, and threads where the kernel counts them: Node takes about ten. */
  processes: 512,
  openFiles: 4096,
  /** Of one file, on disk or in memory. */
  fileSize: 2 ** 30,
  temporary: 512 * 2 ** 20,
  sharedMemory: 64 * 2 ** 20,
  /** What one command may take of the free space of the disk that the tree is on. */
  disk: 8 * 2 ** 30,
} as const
