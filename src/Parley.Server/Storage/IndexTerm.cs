namespace Parley.Server.Storage;

/// <summary>What a message can be found by, as one number: the number of an agent or a type, combined with its relation to the message.</summary>
internal static class IndexTerm
{
    internal static long Sender(int agent) => ((long)agent * 4) + 0;

    internal static long Recipient(int agent) => ((long)agent * 4) + 1;

    /// <summary>A message in a thread that the agent takes part in, neither sent by the agent nor addressed to it.</summary>
    internal static long Follower(int agent) => ((long)agent * 4) + 2;

    internal static long Type(long type) => (type * 4) + 3;

    /// <summary>Messages to everybody in a project.</summary>
    internal static long Everyone(int project) => -project;
}
