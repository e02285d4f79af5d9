import { useKeys } from '../app/keys.ts';
import { Button } from '../ui/button.tsx';
import { takeBack, usePendingAnswer, useSecondsLeft, useSendAnswer } from './answering.ts';

/** "Answering Per invoice in 5 s": an answer may be taken back until then. */
export function AnswerBar() {
  const pending = usePendingAnswer();
  const { sendNow, isWaiting } = useSendAnswer();
  const left = useSecondsLeft(pending, sendNow);
  useKeys(pending ? { z: takeBack, Enter: sendNow, Escape: takeBack } : {});
  if (!pending) return null;
  return (
    <div className="fixed inset-x-0 bottom-20 z-40 flex justify-center px-4 md:bottom-6">
      <div className="flex animate-appear flex-wrap items-center gap-3 rounded-lg border border-person-line bg-popover px-3 py-2 shadow-float">
        <span className="said">
          Answering <strong className="font-semibold">{pending.label}</strong> {isWaiting ? 'now' : `in ${left}\u00a0s`}
        </span>
        <Button size="small" keys="Z" onClick={takeBack} disabled={isWaiting}>
          Undo
        </Button>
        <Button size="small" look="primary" onClick={sendNow} isWaiting={isWaiting}>
          Send now
        </Button>
      </div>
    </div>
  );
}
