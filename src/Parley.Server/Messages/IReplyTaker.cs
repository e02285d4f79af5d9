using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Another concept for which a reply with an outcome means something more, where it answers a message of one type.</summary>
internal interface IReplyTaker
{
    /// <summary>Of the message that is answered.</summary>
    string Type { get; }

    /// <summary>Called before the reply is stored; the same reply may come again.</summary>
    /// <returns>Why the reply is refused; null: it is stored.</returns>
    ValueTask<ApiProblem?> TakeAsync(ProjectState project, Sender sender, LogEntry answered, SendDraft reply, CancellationToken cancellationToken);
}
