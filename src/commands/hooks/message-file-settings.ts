import type { Workspace } from '../../workspace/workspace.ts'
import type { CommandContext } from '../command.ts'
import type { MessageSettings } from './message-file.ts'

/** What git's configuration says about message files. */
export async function readMessageSettings({ readGitConfig }: Pick<Workspace, 'readGitConfig'>): Promise<MessageSettings> {
  const [commentString, commentChar, cleanup, encoding] = await Promise.all(
    ['core.commentString', 'core.commentChar', 'commit.cleanup', 'i18n.commitEncoding'].map((key) => readGitConfig(key)),
  )
  return { commentString: commentString ?? null, commentChar: commentChar ?? null, cleanup: cleanup ?? null, encoding: encoding ?? null }
}

/** Whether git says that no editor will open: it hands its hooks a program that does nothing. */
export const saysNoEditor = ({ GIT_EDITOR }: CommandContext['environment']) => GIT_EDITOR === ':'

const doNothing = /^(?:\/(?:usr\/)?bin\/)?(?::|true)$/

/** Whether somebody will see the message before it is stored, in the order in which git looks for an editor. */
export async function opensEditor(
  environment: CommandContext['environment'],
  { readGitConfig }: Pick<Workspace, 'readGitConfig'>,
): Promise<boolean> {
  const { GIT_EDITOR, VISUAL, EDITOR } = environment
  const editor = GIT_EDITOR || (await readGitConfig('core.editor')) || VISUAL || EDITOR
  return !editor || !doNothing.test(editor.trim())
}
