/** What may help when a program that runs a model has ended by itself. `how` is a signal or an exit code. */
export function endingHint(how: string): string {
  // The kernel says nothing to the one whose memory it takes.
  if (how === 'SIGKILL')
    return 'Unless somebody ended it, the memory of the machine was used up: see `agent models fit`, set engine.context to less, or choose a smaller model.'
  return 'Set engine.gpu to none, choose another model, or see with `agent doctor` what is in use.'
}
