import { execFile } from 'node:child_process'
import type { Environment } from '../../config/environment.ts'

export interface ToolAnswer {
  /** Null: it could not be started. */
  code: number | null
  stdout: string
  stderr: string
}

interface ToolOptions {
  cwd: string
  environment: Environment
  signal: AbortSignal
}

/** Runs a program to its end, or until the signal ends it; never throws for what the program does. */
export function runTool([command = '', ...args]: readonly string[], { cwd, environment, signal }: ToolOptions): Promise<ToolAnswer> {
  return new Promise((resolve) => {
    const options = {
      cwd,
      env: environment as NodeJS.ProcessEnv,
      signal,
      killSignal: 'SIGKILL',
      maxBuffer: 2 ** 20,
      windowsHide: true,
    } as const
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null
      resolve({ code, stdout: stdout.trim(), stderr: stderr.trim() || (code === null ? (error?.message ?? '') : '') })
    })
    child.stdin?.end()
  })
}
