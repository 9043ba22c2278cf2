#!/usr/bin/env node
import process from 'node:process'
import { type ExitCode, exitCodes } from '../domain/errors.ts'
import { runAction } from './run-action.ts'

/** The runner ends a step that was cancelled after ten seconds; ours is to be gone before, whatever hangs. */
const lastResortMs = 5000

const controller = new AbortController()
const end = (code: ExitCode) => {
  if (!controller.signal.aborted) setTimeout(() => process.exit(code), lastResortMs).unref()
  controller.abort(code)
}
process.on('SIGINT', () => end(exitCodes.interrupted))
process.on('SIGTERM', () => end(exitCodes.terminated))

process.exitCode = await runAction({ environment: process.env, write: (text) => process.stdout.write(text), signal: controller.signal })
