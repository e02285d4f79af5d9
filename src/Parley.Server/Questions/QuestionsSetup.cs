using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Messages;
using Parley.Server.Operations;
using Parley.Server.Tasks;

namespace Parley.Server.Questions;

internal static class QuestionsSetup
{
    public static IServiceCollection AddQuestions(this IServiceCollection services) => services
        .AddEntities(QuestionKinds.Question)
        .AddSingleton<OpenQuestions>()
        .AddSingleton<QuestionBoard>()
        .AddSingleton<QuestionDesk>()
        .AddSingleton<QuestionPlaces>()
        .AddSingleton<QuestionWait>()
        .AddSingleton<ISendCompanion, QuestionReplies>()
        .AddSingleton<ISendCompanion, QuestionInterventions>()
        .AddSingleton<IDueLook<Question>, QuestionDue>()
        .AddSingleton<QuestionFollowUp>()
        .AddSingleton<IAgentWatcher>(provider => provider.GetRequiredService<QuestionFollowUp>())
        .AddSingleton<ITaskWatcher>(provider => provider.GetRequiredService<QuestionFollowUp>())
        .AddSingleton<QuestionMail>()
        .AddSingleton<IQuestionWatcher>(provider => provider.GetRequiredService<QuestionMail>())
        .AddSingleton<IChore>(provider => provider.GetRequiredService<QuestionMail>())
        .AddSingleton<IChore, QuestionKeeper>()
        .AddConcept<QuestionsConcept>();
}
