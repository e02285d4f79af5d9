using Parley.Protocol;
using Parley.Server.Projects;

namespace Parley.Server.Questions;

/// <summary>Another concept that hears when questions end.</summary>
internal interface IQuestionWatcher
{
    /// <summary>Must not block. Not called again after a crash, so whoever must not miss an end looks for it, too.</summary>
    void Ended(ProjectState project, Question question);
}
