using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Another concept to which a reply with an outcome has an additional meaning, if it answers a message of a certain type.</summary>
internal interface IReplyTaker
{
    /// <summary>Whether it is about replies to messages of this type. Called for each reply with an outcome.</summary>
    bool Takes(string? answeredType);

    /// <summary>Whether such a reply is only for this concept, so that it goes into nobody's mailbox unless it names a recipient. If not, people get the
    /// replies to what the server sent.</summary>
    bool IsForNobody(SendDraft reply) => false;

    /// <summary>Called before the reply is stored. The same reply may be passed again.</summary>
    /// <returns>Why the reply is refused; null to store it.</returns>
    ValueTask<ApiProblem?> TakeAsync(ProjectState project, Sender sender, LogEntry answered, SendDraft reply, CancellationToken cancellationToken);
}
