using Parley.Protocol;
using Parley.Server.Agents;

namespace Parley.Server.Messages;

/// <summary>What will happen to a delivery, as reported to its sender at once.</summary>
internal static class SendOutlook
{
    internal static Outlook Of(Send send, RecipientResult result, AgentState? agent) => result switch
    {
        RecipientResult.Pushed => Outlook.Pushed,
        RecipientResult.Scheduled => Outlook.Scheduled,
        RecipientResult.Held => Outlook.Held,
        _ when agent is not { IsOnline: true } || agent.IsPaused(send.Project) => Outlook.HeldUntilBack,
        _ when agent.Presence.Takes(send.Type, send.Priority, send.Sender.Number) => AsAsked(send.Surface),
        // No connection takes it: the agent has hooks or can be woken, uses only REST, only listens, or its filter excludes this message.
        _ when send.Surface == Surface.Pull => Outlook.OnPull,
        _ when agent.Reach.Harness is null => agent.Reach.Way is not null && send.Intent != Intent.Ack ? Outlook.WhenIdle : Outlook.OnPull,
        _ when agent.Presence.Activity is AgentActivity.Working or AgentActivity.BlockedOnHuman => AsAsked(send.Surface),
        _ => agent.Reach.Way is not null && send.Intent != Intent.Ack ? AsAsked(send.Surface) : Outlook.NextTurn,
    };

    private static Outlook AsAsked(Surface surface) => surface switch
    {
        Surface.Interrupt or Surface.NextBoundary => Outlook.NextBoundary,
        Surface.WhenIdle => Outlook.WhenIdle,
        _ => Outlook.OnPull,
    };
}
