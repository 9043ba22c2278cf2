// The program of the engine process: the native library runs here, so that a failed assertion in it does not take the run with it.
import { serve } from './serve.ts'

// It has nothing to put in order, and a decode in progress would hold up any gentler end.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// Ctrl-C reaches the whole group; the program decides what ends, and this ends with it.
process.on('SIGINT', () => {})

serve({
  send: (message) => process.send?.(message),
  onMessage: (listener) => process.on('message', listener),
})
