import {
  Activity,
  Bell,
  Check,
  CircleCheck,
  CircleHelp,
  ClipboardList,
  Clock,
  GitPullRequest,
  Hand,
  MailX,
  MessageSquare,
  MessageSquareCode,
  MessageSquareReply,
  Megaphone,
  Send,
  Tornado,
  Users,
  Webhook,
  Workflow,
  Wallet,
  FileLock,
  Sunrise,
  type LucideIcon,
} from 'lucide-react';

export interface Kind {
  readonly word: string;
  readonly icon: LucideIcon;
  readonly tone: 'plain' | 'person' | 'bad' | 'good';
}

const kind = (word: string, icon: LucideIcon, tone: Kind['tone'] = 'plain'): Kind => ({ word, icon, tone });

const known: Record<string, Kind> = {
  standup: kind('stand-up', Sunrise),
  task_assignment: kind('task', ClipboardList),
  task: kind('task', ClipboardList),
  acknowledgment: kind('ack', Check),
  ack: kind('ack', Check),
  question: kind('question', CircleHelp),
  answer: kind('answer', MessageSquareReply),
  status_update: kind('status', Activity),
  code_review_request: kind('review', GitPullRequest),
  review_request: kind('review', GitPullRequest),
  code_review_feedback: kind('feedback', MessageSquareCode),
  completion_notification: kind('done', CircleCheck, 'good'),
  human_intervention_required: kind('needs a person', Hand, 'person'),
  coordination: kind('coordination', Users),
  request: kind('request', Send),
  system_notification: kind('system', Megaphone),
  delivery_failed: kind('failed', MailX, 'bad'),
  text: kind('text', MessageSquare),
  webhook: kind('webhook', Webhook),
  workflow_step: kind('step', Workflow),
  workflow_completion: kind('workflow', Workflow),
  storm: kind('storm', Tornado, 'bad'),
  storm_cancelled: kind('storm ended', Tornado),
  budget_spent: kind('budget', Wallet, 'bad'),
  question_reminder: kind('reminder', Bell, 'person'),
  question_expired: kind('expired', Clock),
  question_withdrawn: kind('withdrawn', CircleHelp),
  reservation_granted: kind('files', FileLock),
  reservation_wanted: kind('files', FileLock),
};

/** How a type of message looks. A type that nobody here knows is its own word. */
export function kindOf(type: string, to?: string | readonly string[]): Kind {
  const isForPerson = to === 'human' || (Array.isArray(to) && to.includes('human'));
  if (type === 'question' && isForPerson) return known['human_intervention_required']!;
  return known[type] ?? kind(type.replace(/_/g, ' '), MessageSquare);
}

/** The types that a person chooses from first. */
export const commonTypes = [
  'text',
  'question',
  'answer',
  'task_assignment',
  'status_update',
  'coordination',
  'code_review_request',
  'code_review_feedback',
  'acknowledgment',
  'completion_notification',
];
