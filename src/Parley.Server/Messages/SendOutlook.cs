using Parley.Protocol;
using Parley.Server.Agents;

namespace Parley.Server.Messages;

/// <summary>What will happen to a delivery, told to its sender at once.</summary>
internal static class SendOutlook
{
    internal static Outlook Of(Surface surface, RecipientResult result, AgentState? agent) => result switch
    {
        RecipientResult.Pushed => Outlook.Pushed,
        RecipientResult.Scheduled => Outlook.Scheduled,
        _ when agent is not { IsOnline: true, Record.Paused: false } => Outlook.HeldUntilBack,
        _ => surface switch
        {
            Surface.Interrupt or Surface.NextBoundary => Outlook.NextBoundary,
            Surface.WhenIdle => Outlook.WhenIdle,
            _ => Outlook.OnPull,
        },
    };
}
