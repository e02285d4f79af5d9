using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Routing;

namespace Parley.Server.Messages;

/// <summary>Stops agents that answer each other without end.</summary>
internal interface IStormBreaker
{
    /// <summary>Called before a reply is stored. The same reply may be passed again.</summary>
    /// <param name="answered">What it answers.</param>
    /// <returns>The seq of the log entry that opened the storm that holds the reply; 0 to deliver it.</returns>
    ValueTask<long> HoldingAsync(
        ProjectState project, Sender sender, LogEntry answered, SendDraft reply, Recipients recipients, CancellationToken cancellationToken);

    /// <summary>The storm that is open now and would hold a reply. Nothing is counted, and no storm is opened.</summary>
    /// <inheritdoc cref="HoldingAsync"/>
    long OpenFor(ProjectState project, Sender sender, LogEntry answered, SendDraft reply, Recipients recipients);
}
