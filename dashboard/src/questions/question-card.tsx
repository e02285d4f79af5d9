import { Hand } from 'lucide-react';
import { ProjectLink } from '../app/link.tsx';
import { useMayAct } from '../live/session.ts';
import type { Question } from '../live/types.ts';
import { Left } from '../parts/ago.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { icon } from '../ui/icon.ts';
import { Kbd } from '../ui/kbd.tsx';
import { answerSoon, partsOf } from './answering.ts';

/** A question beside something else, to be answered in place. */
export function QuestionCard({ question }: { question: Question }) {
  const mayAct = useMayAct();
  return (
    <div className="rounded-lg border border-person-line bg-person-soft px-3 py-2.5">
      <p className="flex items-center gap-1.5 text-xs text-person">
        <Hand {...icon} size={14} />
        For you
        <span className="flex-1" />
        {question.deadline && <Left time={question.deadline} />}
      </p>
      <ProjectLink to={`questions/${question.question_id}`} className="said mt-1 block hover:underline">
        {firstLine(partsOf(question).asked, 160)}
      </ProjectLink>
      {mayAct && (
        <p className="mt-2 flex flex-wrap gap-1.5">
          {question.options.map(({ value, label }, index) => (
            <button
              key={value}
              type="button"
              onClick={() => answerSoon(question, value, label ?? value)}
              className="said inline-flex min-h-7 items-center gap-2 rounded-md border border-person-line bg-card px-2 text-left font-medium hover:bg-person-soft coarse:min-h-11"
            >
              <Kbd>{index + 1}</Kbd>
              {label}
            </button>
          ))}
        </p>
      )}
    </div>
  );
}
