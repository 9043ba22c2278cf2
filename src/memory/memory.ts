import type { Finding } from '../domain/finding.ts'
import type { Report } from '../domain/report.ts'

/** What is kept about one project. */
export interface Memory {
  /** The stored result of one unit of work, or undefined. The key is the hash of everything the result depends on. */
  recall(key: string): string | undefined
  /** Stores the result of one unit of work under its key. */
  remember(key: string, value: string): void
  recordRun(report: Report): void
  /** A finding of the last runs by its id or its fingerprint, from the latest run that has it; null where none has. */
  findFinding(id: string): Finding | null
  close(): void
}
