namespace Parley.Server.Storage;

/// <summary>What a message can be found by, as one number: an agent's or a type's number, and what it is to the message.</summary>
internal static class IndexTerm
{
    internal static long Sender(int agent) => ((long)agent * 4) + 0;

    internal static long Recipient(int agent) => ((long)agent * 4) + 1;

    /// <summary>A message of a thread that the agent takes part in, neither sent by it nor to it.</summary>
    internal static long Follower(int agent) => ((long)agent * 4) + 2;

    internal static long Type(long type) => (type * 4) + 3;

    /// <summary>Messages to everybody of a project.</summary>
    internal static long Everyone(int project) => -project;
}
