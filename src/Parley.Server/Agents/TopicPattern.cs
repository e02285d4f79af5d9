namespace Parley.Server.Agents;

/// <summary>Topics are words separated by dots. In a subscription, <c>*</c> matches one word, and <c>&gt;</c> at the end matches the rest.</summary>
internal static class TopicPattern
{
    private static readonly System.Buffers.SearchValues<char> Letters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    internal static bool IsValid(string pattern)
    {
        var words = pattern.Split('.');
        return words.All(word => word is "*" or ">" || (word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Letters))) && Array.IndexOf(words, ">") is var rest && (rest < 0 || rest == words.Length - 1);
    }

    internal static bool Matches(string pattern, string topic)
    {
        var words = pattern.AsSpan().Split('.');
        var given = topic.AsSpan().Split('.');
        while (words.MoveNext())
        {
            var word = pattern.AsSpan(words.Current);
            if (!given.MoveNext())
                return false;
            if (word is ">")
                return true;
            if (word is not "*" && !word.SequenceEqual(topic.AsSpan(given.Current)))
                return false;
        }

        return !given.MoveNext();
    }
}
