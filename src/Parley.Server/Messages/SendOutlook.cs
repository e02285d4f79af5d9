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
        // No connection takes it: the agent uses only REST, only listens, or its filter excludes this message. It waits until the agent asks for it.
        _ when !agent.Presence.Takes(send.Type, send.Priority, send.Sender.Number) => Outlook.OnPull,
        _ => send.Surface switch
        {
            Surface.Interrupt or Surface.NextBoundary => Outlook.NextBoundary,
            Surface.WhenIdle => Outlook.WhenIdle,
            _ => Outlook.OnPull,
        },
    };
}
