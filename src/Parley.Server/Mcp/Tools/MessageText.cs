using System.Text;
using Parley.Protocol;
using Parley.Server.Hooks;

namespace Parley.Server.Mcp.Tools;

/// <summary>Messages in the envelope in which hooks give them too.</summary>
internal static class MessageText
{
    internal static void Append(StringBuilder to, IEnumerable<Message> messages, DateTimeOffset now)
    {
        foreach (var message in messages)
            MessageEnvelope.Append(to, message, now, isAgain: false, isCut: false, most: int.MaxValue);
    }
}
